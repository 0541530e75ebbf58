"""From saved runs to statements. Runs nothing, and imports neither pytest nor a framework. What lies where:

* what was saved: runs, naming, journal, records, machines, rounds, newest, recover, listing
* what it says: statistics, variation, pairs, baselines, comparison, losses, projection, flags, flags_between, noise,
  planning
* how it is told: summary, tables, exports, markdown, format, files, exits, and the commands compare and plan
* beside the study: study, claims, study_run
* what is drawn: sweeps, figures, styles, sources, drawing, and the page in html/
"""
