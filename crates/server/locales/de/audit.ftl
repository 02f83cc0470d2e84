
## Das Protokoll
