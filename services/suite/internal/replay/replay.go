// Package replay plays the demo contract on a sandbox provider and sums up what
// followed. A replay that was killed goes on where it stopped: each step is kept
// as done only after it was answered, and a step that is played twice carries
// the same request_id.
package replay

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"cloudpact.dev/services/scenario"
	"cloudpact.dev/services/suite/demo"
	"cloudpact.dev/services/terms/shipped"
	"cloudpact.dev/services/terms/wire"
)

// Provider is the sandbox of the demo.
const Provider = "providers/demo"

// Replay is one play of the demo.
type Replay struct {
	// Caller brings the calls.
	Caller scenario.Caller
	// Token gives the credential of a role.
	Token func(role string) (string, error)
	// Data is the folder that keeps how far the replay has come.
	Data string
	// Step is told before the first and after each step.
	Step func(done, of int)
}

// file keeps how far a replay has come.
func (r *Replay) file() string { return filepath.Join(r.Data, "demo.json") }

// Run plays what is left of the demo.
func (r *Replay) Run(ctx context.Context) error {
	f, err := scenario.ReadFS(demo.FS, "demo.yaml")
	if err != nil {
		return err
	}
	done, err := r.read()
	if err != nil {
		return err
	}
	if r.Step == nil {
		r.Step = func(int, int) {}
	}
	r.Step(done.Steps, len(f.Steps))
	p := &scenario.Player{Caller: r.Caller, Token: r.Token, Terms: Terms, Run: "demo", Resume: done}
	var kept error
	p.Done = func(at scenario.Progress) {
		kept = errors.Join(kept, r.write(at))
		r.Step(at.Steps, len(f.Steps))
	}
	_, err = p.Play(ctx, f)
	return errors.Join(err, kept)
}

func (r *Replay) read() (scenario.Progress, error) {
	var p scenario.Progress
	data, err := os.ReadFile(r.file())
	if errors.Is(err, fs.ErrNotExist) {
		return p, nil
	}
	if err != nil {
		return p, err
	}
	if err := json.Unmarshal(data, &p); err != nil {
		return p, fmt.Errorf("%s is damaged (%w); remove the data folder to start afresh", r.file(), err)
	}
	return p, nil
}

// write replaces the file in one step, so that a crash leaves the old one or the
// new one.
func (r *Replay) write(p scenario.Progress) error {
	data, err := json.Marshal(p)
	if err != nil {
		return err
	}
	tmp := r.file() + ".new"
	if err := os.WriteFile(tmp, data, 0o600); err != nil {
		return err
	}
	return os.Rename(tmp, r.file())
}

// Terms is the body of shipped terms, as a provider registers it.
func Terms(id string) (scenario.Body, error) {
	folder, err := shipped.Load(id)
	if err != nil {
		return scenario.Body{}, err
	}
	body, err := wire.ToProto(folder.Terms)
	return scenario.Body{RevisionID: "r" + folder.Terms.Revision, Terms: body}, err
}
