from hypothesis import settings

settings.register_profile("quick", max_examples=5, deadline=None)
