"""From what was measured to what it says. Runs nothing, and imports neither pytest nor a framework. What lies where:

* what a result is: record (one benchmark), journal (the format of a session's journal), saved_runs (files on disk),
  naming (how runs are told apart), newest (which of many counts), machines (which are the same one)
* what results say: statistics, variation, pairs, comparison, lost, totals, precision, noise_floor
* what makes them doubtful: doubts (of one result), doubts_between (of a ratio)
* format: how numbers are written
"""
