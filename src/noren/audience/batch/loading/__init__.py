"""From a laboratory's files to prepared tables of whole numbers: the only part that knows files, text and time zones.

It promises that what is wrong with a file is said before anything is evaluated, and that everything
behind it (local days, hours, numbers of members and products) is the same for every engine.
"""
