"""The engine on another article: the start that `pivot new` writes, a river gauge with three claims."""
