"""The statutory vault: the few named fields that the law makes outlive an erasure, each until a month that she is told.

A record is sealed under the key of the month in which it ends. When the month is over its key is destroyed, and with
it every record of that month, in every copy. No record names a member: of her address it holds a keyed mark alone.
"""
