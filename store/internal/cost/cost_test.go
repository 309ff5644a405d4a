package cost

import "testing"

func TestAHashCostsWhatOWASPRecommends(t *testing.T) {
	if Memory != 19456 || Time != 2 {
		t.Errorf("m=%d, t=%d; m=19456, t=2 is what the cheat sheet says first", Memory, Time)
	}
}
