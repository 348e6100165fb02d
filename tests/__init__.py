"""What judges noren. A package, since a library brings one named ``tests`` too: ours must be found first."""
