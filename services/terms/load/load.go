// Package load reads a folder of terms: YAML files whose top-level keys are the
// fields of terms.Terms, cut into files and folders as the author likes. Lists of
// one key in several files are put together in the order of the file names; any
// other key stands in one file only.
//
// The reader is strict and bounded: no anchors, aliases, merge keys or tags, no
// key twice, none that terms.Terms does not have, no null, at most 1 MiB a file and 32
// levels. What it refuses it names by file, line and column.
package load

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"reflect"
	"sort"
	"strings"

	"cloudpact.dev/services/terms"
)

// Limits of a folder.
const (
	// MaxFile is the greatest size of a file in bytes.
	MaxFile = 1 << 20
	// MaxDepth is the greatest number of mappings and lists inside one another.
	MaxDepth = 32
	// MaxFiles is the greatest number of files.
	MaxFiles = 500
)

// Position is a place in a file. Lines and columns count from 1.
type Position struct {
	// File is the path of the file within the folder.
	File string
	// Line and Column are 0 where a problem is the whole file's.
	Line, Column int
}

// String is "file:line:column".
func (p Position) String() string {
	if p.Line == 0 {
		return p.File
	}
	return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Column)
}

// Problem is something that keeps a folder from being read.
type Problem struct {
	Position
	// Message for people, with the remedy.
	Message string
}

// Error is the problem on one line, with its position.
func (p Problem) Error() string { return p.Position.String() + ": " + p.Message }

// Problems are all that was found, in the order of files and lines.
type Problems []Problem

// Error is one line per problem.
func (ps Problems) Error() string {
	lines := make([]string, len(ps))
	for i, p := range ps {
		lines[i] = p.Error()
	}
	return strings.Join(lines, "\n")
}

// Folder is a folder of terms that was read.
type Folder struct {
	// Terms is what the folder says.
	Terms *terms.Terms
	// Hash of the whole, as terms.Hash gives it.
	Hash string
	// Index finds clauses and policies in the files.
	Index *Index
}

// Dir reads every *.yaml file of a folder and of the folders inside it. The error
// is Problems where the files are at fault.
func Dir(fsys fs.FS) (*Folder, error) {
	files, err := yamlFiles(fsys)
	if err != nil {
		return nil, err
	}
	d := &decoder{positions: map[string]Position{}, tops: map[string]Position{}}
	t := &terms.Terms{}
	for _, name := range files {
		d.file = name
		data, err := readFile(fsys, name)
		if err != nil {
			d.fail(Position{File: name}, "%v", err)
			continue
		}
		if root := d.parse(data); root != nil {
			d.document(root, reflect.ValueOf(t).Elem())
		}
	}
	if len(d.problems) > 0 {
		return nil, d.problems
	}
	hash, err := terms.Hash(t)
	if err != nil {
		return nil, err
	}
	return &Folder{Terms: t, Hash: hash, Index: newIndex(t, d.positions)}, nil
}

func yamlFiles(fsys fs.FS) ([]string, error) {
	var files []string
	err := fs.WalkDir(fsys, ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if e.IsDir() || (path.Ext(name) != ".yaml" && path.Ext(name) != ".yml") {
			return nil
		}
		if !e.Type().IsRegular() {
			return Problem{Position{File: name}, "this is no regular file"}
		}
		files = append(files, name)
		if len(files) > MaxFiles {
			return Problem{Position{File: name}, fmt.Sprintf("a folder holds at most %d files", MaxFiles)}
		}
		return nil
	})
	if p := (Problem{}); errors.As(err, &p) {
		return nil, Problems{p}
	}
	if err == nil && len(files) == 0 {
		return nil, Problems{{Position{File: "."}, "the folder holds no *.yaml file"}}
	}
	sort.Strings(files)
	return files, err
}

// readFile reads at most MaxFile bytes, also from a file that grows meanwhile.
func readFile(fsys fs.FS, name string) ([]byte, error) {
	f, err := fsys.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, MaxFile+1))
	if err != nil {
		return nil, err
	}
	if len(data) > MaxFile {
		return nil, errors.New("the file is larger than 1 MiB: split it")
	}
	return data, nil
}
