package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"cloudpact.dev/services/kit/db/dbtest"
)

// suiteBinary builds the command once per test process.
var suiteBinary = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "cloudpact-suite-")
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "suite")
	out, err := exec.Command("go", "build", "-o", path, ".").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("build the suite: %w\n%s", err, out)
	}
	return path, nil
})

// demoRun replays the demo in a folder and gives its summary. Where kill is
// positive the process is killed after that time; then there may be no summary.
func demoRun(t *testing.T, data string, kill time.Duration) (summary []byte, done bool) {
	t.Helper()
	bin, err := suiteBinary()
	if err != nil {
		t.Fatal(err)
	}
	var out, log bytes.Buffer
	cmd := exec.CommandContext(t.Context(), bin, "--data", data, "demo", "--json")
	cmd.Stdout, cmd.Stderr = &out, &log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if kill > 0 {
		timer := time.AfterFunc(kill, func() { _ = cmd.Process.Kill() })
		defer timer.Stop()
	}
	err = cmd.Wait()
	if err != nil && (kill == 0 || cmd.ProcessState.Exited()) {
		t.Fatalf("demo: %v\n%s", err, log.String())
	}
	return out.Bytes(), err == nil
}

// TestDemo replays the demo contract and looks at its end.
func TestDemo(t *testing.T) {
	summary, _ := demoRun(t, t.TempDir(), 0)
	var s struct {
		Contract struct{ State string }
		Account  struct {
			State   string
			Balance *struct {
				Units string
				Nanos int
			}
		}
		Invoices     []struct{ Number, State string }
		Deposit      struct{ State string }
		TrialBalance struct {
			Books []struct{ Amount struct{ Units string } }
		}
	}
	if err := json.Unmarshal(summary, &s); err != nil {
		t.Fatal(err)
	}
	if s.Contract.State != "STATE_ENDED" || s.Account.State != "STATE_CLOSED" || s.Account.Balance == nil || s.Account.Balance.Units != "" || s.Account.Balance.Nanos != 0 || s.Deposit.State != "STATE_REFUNDED" {
		t.Errorf("the contract ends as %+v, %+v, %+v", s.Contract, s.Account, s.Deposit)
	}
	for _, x := range s.Invoices {
		if x.State != "STATE_PAID" {
			t.Errorf("%s is %s", x.Number, x.State)
		}
	}
	for i, x := range s.Invoices {
		if want := fmt.Sprintf("HK-%06d", i+1); x.Number != want {
			t.Errorf("document %d is %s, want %s: numbers have no gaps", i+1, x.Number, want)
		}
	}
	if len(s.Invoices) < 30 || len(s.TrialBalance.Books) == 0 {
		t.Errorf("%d documents, %d books", len(s.Invoices), len(s.TrialBalance.Books))
	}
}

// TestKilledReplayEndsTheSame kills the replay at random instants and resumes
// it until it ends: the summary is the same, byte for byte.
func TestKilledReplayEndsTheSame(t *testing.T) {
	seeds := uint64(2)
	if dbtest.Full() {
		seeds = 20
	}
	begin := time.Now()
	want, _ := demoRun(t, t.TempDir(), 0)
	took := time.Since(begin)
	for seed := range seeds {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			random := rand.New(rand.NewPCG(seed, 1))
			data, kills := t.TempDir(), 0
			for kills < 3 {
				got, done := demoRun(t, data, time.Duration(1+random.Int64N(int64(took))))
				if done {
					compareSummaries(t, got, want)
					return
				}
				kills++
			}
			got, _ := demoRun(t, data, 0)
			compareSummaries(t, got, want)
		})
	}
}

func compareSummaries(t *testing.T, got, want []byte) {
	t.Helper()
	if bytes.Equal(got, want) {
		return
	}
	a, b := bytes.Split(got, []byte("\n")), bytes.Split(want, []byte("\n"))
	for i := range min(len(a), len(b)) {
		if !bytes.Equal(a[i], b[i]) {
			t.Fatalf("line %d is\n  %s\nwant\n  %s", i+1, a[i], b[i])
		}
	}
	t.Fatalf("%d lines, want %d", len(a), len(b))
}
