"""Settings of all tests."""

from hypothesis import settings

# No deadline: a busy machine is no mistake of the code. Fewer examples than by default keep the
# whole suite quick; hypothesis still remembers and repeats what it found.
settings.register_profile("lmlab", deadline=None, max_examples=50)
settings.load_profile("lmlab")
