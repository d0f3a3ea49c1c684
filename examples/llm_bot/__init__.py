"""An LLM bot on Baton: any endpoint that speaks OpenAI's chat completions, by URL and key."""
