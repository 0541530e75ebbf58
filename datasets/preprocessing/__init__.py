"""What the study does to examples before training, as functions of arrays; examples are on the first axis.

A function of one slice treats every example by itself. One that takes `training` is a recipe: it looks at all training
examples first, and returns the function for slices.
"""
