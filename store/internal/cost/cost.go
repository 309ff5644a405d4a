// Package cost is what the hash of a password costs with Argon2id. The tests of the store
// and of what is built on it lower it (storetest.Main), as it was half of their time;
// nothing outside of the store can.
package cost

// The first choice of OWASP's Password Storage Cheat Sheet.
var (
	Memory uint32 = 19 * 1024 // KiB
	Time   uint32 = 2
)

// Lower has every hash cost next to nothing from now on.
func Lower() { Memory, Time = 8, 1 }
