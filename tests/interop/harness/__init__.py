"""What the interop scripts share: other implementations as processes, a recorder, the cells."""
