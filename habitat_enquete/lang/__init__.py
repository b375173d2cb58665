"""The shipped French pipeline and its lexicon: data only, with their own licences (see NOTICE.md)."""
