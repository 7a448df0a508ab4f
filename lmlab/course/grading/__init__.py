"""`lmlab grade`: marks for a class, from the notebooks that were handed in.

`submissions` finds and reads the notebooks, `answers` takes the answer cells out of them, `sandbox`
runs those in a process of their own (`child`, behind a `fence`, at the other end of a `wire`), and
`grader` judges what comes back, as `check` does. `grade` does so for all; `report` writes it down.
"""
