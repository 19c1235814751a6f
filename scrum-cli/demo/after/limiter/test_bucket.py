from limiter.bucket import Bucket


def test_a_full_bucket_gives_tokens():
    bucket = Bucket(rate=1, burst=5, clock=lambda: 0)
    assert [bucket.take() for _ in range(4)] == [True] * 4
