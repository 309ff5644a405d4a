# Each target is one line of intent; what it needs beside Go, tools/prepare installs.
.PHONY: run test generate

# Parley on its embedded database, at http://localhost:8080.
run:
	go run .

# Everything: unit tests, both databases, real Chromium, the race detector.
test:
	tools/prepare
	go test -race -timeout 20m ./...

# What is generated and committed.
generate:
	go generate ./...
