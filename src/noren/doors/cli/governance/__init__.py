"""``noren party|purpose|notice|terms|flow|regime``: the register of dated documents, from files a lawyer writes."""
