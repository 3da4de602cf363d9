"""What a careful team writes from the tutorials: a stock JSON consumer, the ORM, channels_redis, uvicorn.

Nothing here is slow on purpose, and it promises less than ours: no order, no repeats dropped, no read model.
"""
