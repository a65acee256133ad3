package demo

import (
	"testing"

	"cloudpact.dev/services/scenario"
)

// TestStepsStandInOrder keeps the contract readable: a step never goes back in
// time.
func TestStepsStandInOrder(t *testing.T) {
	f, err := scenario.ReadFS(FS, "demo.yaml")
	if err != nil {
		t.Fatal(err)
	}
	last := ""
	for _, s := range f.Steps {
		if s.At == "" {
			continue
		}
		if s.At < last {
			t.Errorf("%s:%d: %s comes after %s", s.File, s.Line, s.At, last)
		}
		last = s.At
	}
	if last == "" {
		t.Error("the clock never moves")
	}
}
