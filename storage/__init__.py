"""Files and folders that are whole or not there.

files (read and written whole), folders (built once, sealed, checked), locks (between processes).
"""
