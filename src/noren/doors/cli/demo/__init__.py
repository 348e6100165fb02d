"""``noren demo``: a real year of purchases, by invented members, through the real till.

This room makes nobody up who exists: the purchases are the public Complete Journey year
(2,469 households, 457 shops), the persons are invented, their telephone numbers and e-mail
addresses can not be reached. It opens no store: like every command it asks the zones' doors.
"""
