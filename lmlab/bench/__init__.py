"""`lmlab bench`: how fast this is on this machine, beside other libraries and beside its budgets.

What spans several floors is measured here; the race of training recipes is in `lmlab.training`,
the attention views in `lmlab.viz.bench`. All is timed by turns, by `lmlab.scaling.timing`, except
pages in a browser, which have a clock of their own.

Names come from their modules: this one imports none, so that the commands can be listed at once.
"""
