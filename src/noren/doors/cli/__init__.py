"""The command line: a client of the zones' doors.

It opens no store and holds no key but the operator's, which only signs passes. Where a zone
does not run, a command starts it as a child for its own time. Card numbers and persons' data
pass through in memory and are never printed; secrets never stand in argv.
"""
