// Package shipped lists the agreements that come with the suite. They are
// registered through the same call as any other.
package shipped

import (
	"fmt"
	"io/fs"
	"sync"

	"cloudpact.dev/services/terms/cpc"
	"cloudpact.dev/services/terms/load"
)

// Agreement is one folder of terms.
type Agreement struct {
	// ID of the terms.
	ID string
	// Path of the folder in the repository.
	Path string
	// FS is the folder.
	FS fs.FS
}

// All lists the agreements.
func All() []Agreement {
	return []Agreement{
		{ID: "cpc", Path: "services/terms/cpc", FS: cpc.FS},
	}
}

// ByID is an agreement by the id of its terms.
func ByID(id string) (Agreement, bool) {
	for _, a := range All() {
		if a.ID == id {
			return a, true
		}
	}
	return Agreement{}, false
}

var folders sync.Map // id -> func() (*load.Folder, error)

// Load reads an agreement; it reads each one once and every caller shares the
// result, which must not be changed.
func Load(id string) (*load.Folder, error) {
	a, ok := ByID(id)
	if !ok {
		return nil, fmt.Errorf("no agreement %q is shipped", id)
	}
	once, _ := folders.LoadOrStore(id, sync.OnceValues(func() (*load.Folder, error) { return load.Dir(a.FS) }))
	return once.(func() (*load.Folder, error))()
}
