"""The data map (数据目录): what every column is, how closely held, for what, by which law, how long, shown how.

个人信息保护法 §§6, 19, 51 and 网络数据安全管理条例 ask for it. A file for each kernel package; `keeping.yaml` has the spans of
retention and `api*.yaml` the fields of the interfaces. A column reads `class mask`:

* class: `technical` (keys, counters, states), `public`, `internal`, `sensitive` (敏感个人信息), `secret` (hashes and codes);
* mask, for sensitive columns: a mask of `access.fields`, `hidden` (no page shows it) or `shown` (only to readers in scope,
  because the work is about it).

A column without an entry fails a test; so does an entry without a column.
"""
