package resource_test

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"cloudpact.dev/services/kit/fault"
	"cloudpact.dev/services/kit/resource"
)

var customer = resource.MustPattern("providers/{provider}/customers/{customer}")

func TestParse(t *testing.T) {
	ids, err := customer.Parse("providers/acme/customers/c-1", "name")
	if err != nil || !slices.Equal(ids, []string{"acme", "c-1"}) {
		t.Fatalf("%v, %v", ids, err)
	}
	generated := resource.ID("a")
	if _, err := customer.Parse("providers/acme/customers/"+generated, "name"); err != nil {
		t.Errorf("a generated id: %v", err)
	}
	for _, bad := range []string{
		"", "/", "providers", "providers/acme", "providers/acme/customers", "providers/acme/customers/",
		"providers/acme/customers/c-1/", "providers/acme/customers/c-1/x", "/providers/acme/customers/c-1",
		"provider/acme/customers/c-1", "providers/Acme/customers/c-1", "providers/-/customers/c-1",
		"providers/acme/customers/c:1", "providers/acme/customers/c%2F1", "providers/acme/customers/c-",
		"providers/acme/customers/1c", "providers/acme/customers/" + strings.Repeat("a", 64),
		"providers/acme/customers/" + strings.ToUpper(generated), "providers/acme/customers/é",
		"providers/acme/customers/c\n",
	} {
		ids, err := customer.Parse(bad, "contract.customer")
		f := fault.From(err)
		if !fault.Is(err, fault.ReasonNameInvalid) || f.Fields[0].Path != "contract.customer" ||
			!strings.Contains(f.Message, customer.String()) {
			t.Errorf("%q: %v, %v", bad, ids, err)
		}
		if customer.Matches(bad) {
			t.Errorf("%q matches", bad)
		}
	}
}

func TestParseAny(t *testing.T) {
	ids, err := customer.ParseAny("providers/acme/customers/-", "parent")
	if err != nil || ids[1] != resource.Any {
		t.Errorf("%v, %v", ids, err)
	}
	if _, err := customer.ParseAny("providers/acme/customers/--", "parent"); err == nil {
		t.Error("-- was accepted")
	}
}

func TestFormatAndParseAgree(t *testing.T) {
	id := rapid.StringMatching(`[a-z]([a-z0-9-]{0,61}[a-z0-9])?`)
	rapid.Check(t, func(t *rapid.T) {
		want := []string{id.Draw(t, "provider"), id.Draw(t, "customer")}
		got, err := customer.Parse(customer.Format(want...), "")
		if err != nil || !slices.Equal(got, want) {
			t.Fatalf("%v became %v, %v", want, got, err)
		}
	})
}

func TestIDsAreStable(t *testing.T) {
	// Written down: a release that changes them loses every stored reference.
	if got, want := resource.ID("award", "assessment-1", "target-2"), "7f148ea8-848c-5211-b0e4-a40049ec7404"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if resource.ID("ab", "c") == resource.ID("a", "bc") || resource.ID("a") == resource.ID("a", "") {
		t.Error("different identities have the same id")
	}
	if !resource.ValidID(resource.ID()) {
		t.Error("a generated id is not valid")
	}
}

func TestCheckID(t *testing.T) {
	if err := resource.CheckID("smart-cloud-1", "customer_id"); err != nil {
		t.Error(err)
	}
	if err := resource.CheckID("Smart", "customer_id"); !fault.Is(err, fault.ReasonNameInvalid) {
		t.Errorf("got %v", err)
	}
}

func TestPatternMistakesPanic(t *testing.T) {
	for _, text := range []string{"", "a//b", "a/{b", "a/b}", "a/{}"} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%q was accepted", text)
				}
			}()
			resource.MustPattern(text)
		}()
	}
}
