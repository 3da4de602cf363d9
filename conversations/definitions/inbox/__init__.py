"""Where visitors come in, the definition kind `inbox`: what they see, and who may embed it."""
