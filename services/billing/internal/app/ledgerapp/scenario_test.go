package ledgerapp_test

import (
	"path/filepath"
	"testing"

	"cloudpact.dev/services/kit/db"
	"cloudpact.dev/services/kit/host/hosttest"
	"cloudpact.dev/services/scenario"
	"cloudpact.dev/services/terms/shipped"
	"cloudpact.dev/services/terms/wire"
)

// TestScenarios plays the ledger's scenarios on billing alone.
func TestScenarios(t *testing.T) {
	files, err := filepath.Glob("../../../testdata/scenarios/ledger-*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scenarios: %v", err)
	}
	hosttest.Each(t, func(t *testing.T, config func() db.Config) {
		playAll(t, files, config)
	})
}

func playAll(t *testing.T, files []string, config func() db.Config) {
	for _, path := range files {
		t.Run(filepath.Base(path), func(t *testing.T) {
			r := newRigOn(t, config())
			f, err := scenario.Read(path)
			if err != nil {
				t.Fatal(err)
			}
			p := scenario.Player{
				Caller: scenario.GRPC{Conn: r.Conn("billing")}, Run: t.Name(),
				Token: func(role string) (string, error) { return r.Tokens.Token(role), nil },
				Terms: func(id string) (scenario.Body, error) {
					folder, err := shipped.Load(id)
					if err != nil {
						return scenario.Body{}, err
					}
					body, err := wire.ToProto(folder.Terms)
					return scenario.Body{RevisionID: "r" + folder.Terms.Revision, Terms: body}, err
				},
			}
			if _, err := p.Play(t.Context(), f); err != nil {
				t.Fatal(err)
			}
		})
	}
}
