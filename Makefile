# Each target is one line of intent; what it needs beside Go, tools/prepare installs.
.PHONY: run demo test e2e-long planted check bench lighthouse vnu generate screenshots

# The race detector does not look into SQLite, which is translated from C and keeps its memory
# beside Go's, nor into Argon2: it finds nothing there, and two thirds of its time went into it.
unwatched = modernc.org/sqlite/lib modernc.org/libc golang.org/x/crypto/argon2
watched = GOFLAGS="$$GOFLAGS $(unwatched:%=-gcflags=%=-race=false)"

# Parley on its embedded database, at http://localhost:8080.
run:
	go run .

# A made-up team, gone when it stops.
demo:
	go run . demo

# Everything: unit tests, both databases, real Chromium, the race detector.
test:
	tools/prepare
	$(watched) go test -race -timeout 28m ./...

# The faults in their long form: hours, as root for the network and the disk.
e2e-long:
	tools/prepare
	PARLEY_E2E_LONG=1 $(watched) go test -race -count=1 -v -timeout 6h ./e2e

# Plants known mistakes in a copy of the tree and shows that the tests turn red.
planted:
	tools/prepare
	tools/planted

# Format, generated code, vet, staticcheck, the bundle; imports and licences are tests.
check:
	tools/check

# What is generated and committed.
generate:
	go generate ./...

# The pictures of the README.
screenshots:
	go test -count=1 -run 'TestTheDemoLooksAsInTheReadme|TestModerationLooksAsInTheDocumentation|TestRulesLookAsInTheDocumentation|TestThePagesAboutActs' ./e2e
	cp e2e/out/overview-*.png e2e/out/room-*.png e2e/out/rooms-*.png e2e/out/profile-*.png e2e/out/login-*.png e2e/out/people-*.png e2e/out/account-*.png e2e/out/settings-*.png e2e/out/admin-log-*.png docs/
	cp e2e/out/queue-[0-9]*.png e2e/out/case-[0-9]*.png e2e/out/rules-[0-9]*.png e2e/out/held-[0-9]*.png e2e/out/notices-*.png e2e/out/moderate-person-*.png docs/

# What each part costs, when a browser on a slow network first paints a room, and
# Parley against other servers in the same minutes: bench/README.md.
bench:
	go test -run '^$$' -bench . -skip '^Benchmark(Message|Administration)$$' -count 3 ./handlers/live ./handlers ./views/words
	go test -run '^$$' -bench '^BenchmarkAdministration$$' -benchtime 20x -timeout 25m ./handlers
	go test -run '^$$' -bench '^Benchmark(Rules|OnePersonAfterAnother)$$' -count 3 ./store
	go test -run TestTheRoomIsPainted -count 1 -v ./e2e
	go run ./bench

# Lighthouse on the demo: 100 for accessibility and best practices, or it fails.
lighthouse:
	tools/lighthouse

# The HTML of every page, by the W3C's checker.
vnu:
	tools/vnu
