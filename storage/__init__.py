"""Files and folders that are whole or not there: files, folders, locks between processes."""
