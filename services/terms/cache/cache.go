// Package cache keeps resolved terms in a process. A revision never changes under
// its hash, so what is kept is never wrong, and losing it costs time only.
package cache

import (
	"maps"
	"slices"
	"strings"
	"sync"

	"cloudpact.dev/services/terms"
)

// most bounds what is kept; past it everything is resolved anew.
const most = 1000

// Cache keeps each combination of a revision and readings. The zero value is
// ready; any number of goroutines may use it.
type Cache struct {
	mu       sync.RWMutex
	resolved map[string]terms.Resolved
}

// Resolve is the revision that key stands for (its hash, or its hash and whose it
// is) with the readings. Where they have not been resolved before it asks body
// for the revision's content, and keeps the result; it keeps no errors. See
// [terms.Resolve] for those of readings. Callers that meet may ask body twice.
func (c *Cache) Resolve(key string, readings map[string]string, body func() (*terms.Terms, error)) (terms.Resolved, error) {
	full := combination(key, readings)
	if r, ok := c.get(full); ok {
		return r, nil
	}
	t, err := body()
	if err != nil {
		return terms.Resolved{}, err
	}
	r, err := terms.Resolve(t, readings)
	if err != nil {
		return terms.Resolved{}, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.resolved == nil || len(c.resolved) >= most {
		c.resolved = map[string]terms.Resolved{}
	}
	c.resolved[full] = r
	return r, nil
}

// Body is the content of the revision if it has been resolved without readings.
func (c *Cache) Body(key string) (*terms.Terms, bool) {
	r, ok := c.get(combination(key, nil))
	return r.Terms, ok
}

func (c *Cache) get(full string) (terms.Resolved, bool) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	r, ok := c.resolved[full]
	return r, ok
}

// combination names a revision with readings, whatever their order.
func combination(key string, readings map[string]string) string {
	var b strings.Builder
	b.WriteString(key)
	for _, name := range slices.Sorted(maps.Keys(readings)) {
		b.WriteString("\x00" + name + "\x00" + readings[name])
	}
	return b.String()
}
