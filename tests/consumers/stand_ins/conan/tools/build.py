def check_min_cppstd(recipe, version):
    assert int(version) >= 17


def can_run(recipe):
    return True
