FROM --platform=linux/amd64 python:3.12 AS base-amd64

# left alone: line 1: the stage base-amd64 is one of several for single platforms
