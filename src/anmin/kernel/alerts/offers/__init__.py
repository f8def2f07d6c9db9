"""Benefits without application (免申即享): matched, asked, agreed, approved in batches by a person; dibao is never among them."""
