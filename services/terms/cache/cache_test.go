package cache_test

import (
	"errors"
	"fmt"
	"maps"
	"testing"

	"cloudpact.dev/services/terms"
	"cloudpact.dev/services/terms/cache"
	"cloudpact.dev/services/terms/shipped"
)

func cpc(t *testing.T) *terms.Terms {
	t.Helper()
	f, err := shipped.Load("cpc")
	if err != nil {
		t.Fatal(err)
	}
	return f.Terms
}

// choice is a reading and two of its options that are executable.
func choice(t *testing.T, body *terms.Terms) (name, one, other string) {
	t.Helper()
	for _, r := range body.Readings {
		var options []string
		for _, o := range r.Options {
			if _, err := terms.Resolve(body, map[string]string{r.Name: o.Option}); err == nil {
				options = append(options, o.Option)
			}
		}
		if len(options) > 1 {
			return r.Name, options[0], options[1]
		}
	}
	t.Fatal("no reading has two options")
	return "", "", ""
}

func TestEachCombinationIsResolvedOnce(t *testing.T) {
	var c cache.Cache
	body, asked := cpc(t), 0
	ask := func() (*terms.Terms, error) { asked++; return body, nil }
	name, one, other := choice(t, body)
	if _, ok := c.Body("h"); ok {
		t.Error("an empty cache has a body")
	}
	for i, readings := range []map[string]string{nil, {}, {name: one}, {name: one}, {name: other}, nil} {
		r, err := c.Resolve("h", readings, ask)
		if err != nil {
			t.Fatal(err)
		}
		if want := []int{1, 1, 2, 2, 3, 3}[i]; asked != want {
			t.Errorf("call %d: asked %d times, want %d", i, asked, want)
		}
		if want, _ := terms.Resolve(body, readings); !maps.Equal(r.Choices(), want.Choices()) {
			t.Errorf("call %d: resolved otherwise", i)
		}
	}
	if got, ok := c.Body("h"); !ok || got == nil {
		t.Errorf("body %v, %v", got, ok)
	}
	if _, err := c.Resolve("other", nil, ask); err != nil || asked != 4 {
		t.Errorf("another revision: asked %d times, %v", asked, err)
	}
}

func TestErrorsAreNotKept(t *testing.T) {
	var c cache.Cache
	gone := errors.New("gone")
	for range 2 {
		if _, err := c.Resolve("h", nil, func() (*terms.Terms, error) { return nil, gone }); !errors.Is(err, gone) {
			t.Errorf("got %v", err)
		}
	}
	var unknown *terms.ReadingUnknown
	if _, err := c.Resolve("h", map[string]string{"no such reading": "x"}, func() (*terms.Terms, error) { return cpc(t), nil }); !errors.As(err, &unknown) {
		t.Errorf("got %v", err)
	}
	if _, err := c.Resolve("h", nil, func() (*terms.Terms, error) { return cpc(t), nil }); err != nil {
		t.Errorf("then %v", err)
	}
}

// TestItIsBounded: more combinations than are kept still resolve.
func TestItIsBounded(t *testing.T) {
	var c cache.Cache
	body, asked := cpc(t), 0
	ask := func() (*terms.Terms, error) { asked++; return body, nil }
	for i := range 1001 {
		if _, err := c.Resolve(fmt.Sprint(i), nil, ask); err != nil {
			t.Fatal(err)
		}
	}
	if _, ok := c.Body("0"); ok || asked != 1001 {
		t.Errorf("asked %d times, and the first is still kept: %v", asked, ok)
	}
	if _, ok := c.Body("1000"); !ok {
		t.Error("the last is not kept")
	}
}
