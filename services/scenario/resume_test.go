package scenario_test

import (
	"context"
	"encoding/json"
	"errors"
	"reflect"
	"slices"
	"testing"

	tokenv1 "cloudpact.dev/gen/go/cloudpact/token/v1"
	"cloudpact.dev/services/kit/rpc"
	"cloudpact.dev/services/scenario"
)

// once answers the first calls and then is gone, as a process that is killed.
type once struct {
	left  int
	after [][]rpc.Position
}

func (c *once) Call(_ context.Context, call scenario.Call) (scenario.Answer, error) {
	if c.left--; c.left < 0 {
		return scenario.Answer{}, errors.New("gone")
	}
	c.after = append(c.after, slices.Clone(call.After))
	return scenario.Answer{Message: &tokenv1.Balance{}, Positions: []rpc.Position{{Source: "token", Stream: 7, Position: int64(len(c.after))}}}, nil
}

// A run that goes on after a crash waits for what it had done before.
func TestResumeWaitsForWhatWasDone(t *testing.T) {
	f, err := scenario.Parse([]byte(`title: two reads
start: "2024-01-08T09:00:00+08:00"
provider: p
steps:
  - {call: cloudpact.token.v1.TokenService/GetBalance, with: {name: a}}
  - {call: cloudpact.token.v1.TokenService/GetBalance, with: {name: b}}
`))
	if err != nil {
		t.Fatal(err)
	}
	var kept []byte
	p := &scenario.Player{
		Token: func(string) (string, error) { return "t", nil },
		Done:  func(at scenario.Progress) { kept, err = json.Marshal(at) },
	}
	p.Caller = &once{left: 2} // the provider is made, and the first step done
	if _, broken := p.Play(t.Context(), f); broken == nil || err != nil || kept == nil {
		t.Fatalf("the first run: %v, kept %s, %v", broken, kept, err)
	}
	if err := json.Unmarshal(kept, &p.Resume); err != nil {
		t.Fatal(err)
	}
	second := &once{left: 1}
	p.Caller = second
	if _, err := p.Play(t.Context(), f); err != nil {
		t.Fatal(err)
	}
	want := [][]rpc.Position{{{Source: "token", Stream: 7, Position: 2}}}
	if !reflect.DeepEqual(second.after, want) {
		t.Errorf("the second run waited for %v, want %v", second.after, want)
	}
}
