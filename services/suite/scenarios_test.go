package main

import (
	"flag"
	"path/filepath"
	"strings"
	"testing"

	"cloudpact.dev/services/kit/db/dbtest"
	"cloudpact.dev/services/scenario"
	"cloudpact.dev/services/suite/internal/rig"
)

var update = flag.Bool("update", false, "write testdata/coverage.yaml anew")

// coverageFile says what scenarios have shown; it may only grow.
const coverageFile = "testdata/coverage.yaml"

func scenarioFiles(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("../*/testdata/scenarios/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scenarios: %v", err)
	}
	return files
}

// play plays every scenario on a rig and gives what they showed.
func play(t *testing.T, k rig.Kind) *scenario.Coverage {
	r := rig.Start(t, k)
	shown := &scenario.Coverage{}
	for _, path := range scenarioFiles(t) {
		name := strings.TrimSuffix(filepath.Base(path), ".yaml")
		t.Run(filepath.Base(filepath.Dir(filepath.Dir(filepath.Dir(path))))+"/"+name, func(t *testing.T) {
			f, res, err := r.Play(t.Context(), path)
			if err != nil {
				t.Fatal(err)
			}
			shown.Add(f, res)
		})
	}
	return shown
}

// TestScenarios plays every service's scenarios in one process on SQLite, and
// holds the coverage.
func TestScenarios(t *testing.T) {
	t.Parallel()
	shown := play(t, rig.Default)
	if t.Failed() {
		return
	}
	old, err := scenario.ReadCoverage(coverageFile)
	if err != nil {
		t.Fatal(err)
	}
	for _, lost := range shown.Lost(old) {
		t.Errorf("no scenario shows %s any more", lost)
	}
	if *update && !t.Failed() {
		if err := shown.Write(coverageFile); err != nil {
			t.Fatal(err)
		}
		return
	}
	for _, more := range old.Lost(shown) {
		t.Errorf("%s is shown and not written down; run this test with -update", more)
	}
}

// TestScenariosOnEveryRig plays them over JSON, on PostgreSQL and with five
// processes, when CLOUDPACT_TEST=full.
func TestScenariosOnEveryRig(t *testing.T) {
	if !dbtest.Full() {
		return // these rigs need PostgreSQL and Redis
	}
	for _, k := range rig.Full {
		t.Run(k.String(), func(t *testing.T) {
			t.Parallel()
			play(t, k)
		})
	}
}
