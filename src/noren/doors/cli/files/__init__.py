"""Reading the tables that people have: CSV in the Japanese encodings, NDJSON, Parquet.

Promises: a row that can not be read as it was meant is set aside with its line and a reason,
never guessed and never the whole file with it; member numbers, card numbers and product codes
stay text from the first byte to the last. These modules know no zone, no home and no network;
they hold rows in memory only and write nothing but the rejects a person asked for.
"""
