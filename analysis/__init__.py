"""From measured records to statements. Runs nothing, and imports neither pytest nor a framework. The modules:

* records: table (what a table of fields is), fields (the table of a record's fields), record (one benchmark's record),
  reading (records of any version from JSON), journal (the format of a session's journal), saved_runs (files on disk),
  naming (how runs are told apart), newest (which of many counts), machines (which records are of the same machine)
* statements: statistics, variation, spreads (each arm's own), sizes (epochs of several), pairs, comparison, slowdowns,
  lost, totals, precision, noise_floor, keras_cost, utilisation
* plans: budget (which block comes next), outlook (what is not known yet), durations (of blocks), placement and
  simulation (of blocks on the nodes of a cluster)
* doubts: doubts (about one result), doubts_between (about a ratio), causes (what holds for most results)
* format: how numbers are written
"""
