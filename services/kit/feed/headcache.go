package feed

import "sync"

// headCache keeps the heads between changes. It is for a process that is the
// only one to write its database.
type headCache struct {
	mu      sync.Mutex
	on      bool
	fresh   bool
	changed uint64
	heads   [Streams]int64
}

// RememberHeads lets the log keep its heads in memory between changes. Only the
// single writer of a database may: it must call Changed after each commit that
// has published.
func (l *Log) RememberHeads() {
	l.cache.mu.Lock()
	defer l.cache.mu.Unlock()
	l.cache.on = true
}

// Changed says that changes have been committed.
func (l *Log) Changed() {
	l.cache.mu.Lock()
	defer l.cache.mu.Unlock()
	l.cache.fresh = false
	l.cache.changed++
}

// get gives the heads that are kept, or reads them.
func (c *headCache) get(read func() ([Streams]int64, error)) ([Streams]int64, error) {
	c.mu.Lock()
	if c.fresh {
		defer c.mu.Unlock()
		return c.heads, nil
	}
	on, seen := c.on, c.changed
	c.mu.Unlock()
	heads, err := read()
	if err != nil || !on {
		return heads, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.changed == seen { // nothing was committed while they were read
		c.heads, c.fresh = heads, true
	}
	return heads, nil
}
