"""How staff prove who they are with something other than a password: the company's own provider, and passkeys.

This room promises that a proof counts once, in the browser that asked for it, for this desk alone, and that no
address which a visitor gives is ever asked. It knows no account: who a subject or a key belongs to, the staff room
says. Its two libraries are in the extra ``sign-in``: import ``relying`` and ``passkeys`` only where they are needed.
"""
