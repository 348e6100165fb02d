"""Staff accounts: who somebody is, how she signed in, what she may do now, what waits for others' approval.

It promises that no act is done under a claimed name once a home has an account, that nobody approves her own, and
that who is signed in is asked at every act. It holds nothing of a member. Accounts are closed, never deleted.
"""
