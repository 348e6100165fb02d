"""noren (暖簾): the data platform of a shared loyalty programme, where names and purchases never meet."""

__version__ = "0.1.0"
