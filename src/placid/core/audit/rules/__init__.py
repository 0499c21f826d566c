"""The rules, a folder for each area and a file for each rule."""
