// Every precompiled header belongs to an object; this one is empty.
