# Each target is one line of intent; what it needs beside Go, tools/prepare installs.
.PHONY: test

# Everything: unit tests, both databases, real Chromium, the race detector.
test:
	tools/prepare
	go test -race -timeout 20m ./...
