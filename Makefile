# Everything is built in build/, from a copy of the sources: nothing is left beside them.

BUILD := $(CURDIR)/build
COPY := $(BUILD)/torchscript
PARTS := $(wildcard DESCRIPTION NAMESPACE LICENSE NEWS.md configure cleanup R inst man src tools)
# With the folders, whose times tell of removed files; without what R CMD INSTALL . leaves in them.
SOURCES := $(shell find $(PARTS) \( -name target -o -name .cargo \) -prune -o \
	! -name '*.o' ! -name '*.so' ! -name Makevars ! -name libtorch.dcf ! -path src ! -path inst -print)
export CARGO_TARGET_DIR := $(BUILD)/cargo

# The package or its libtorch may be gone, or another libtorch be asked for, while no source changes.
INSTALLED := $(shell cat $(BUILD)/installed 2>/dev/null)
USED := $(shell sed -n 's/^path: //p' $(INSTALLED)/libtorch.dcf 2>/dev/null)
ifeq ($(filter $(realpath $(or $(LIBTORCH),$(USED))),$(realpath $(USED))),)
.PHONY: $(BUILD)/installed
endif

install: $(BUILD)/installed

# The two commands for users.
demo: install
	Rscript inst/scripts/demo.R

test: install
	cd tests && NOT_CRAN=true Rscript testthat.R

# Thousands of random programs, in R and compiled from R.
fuzz: install
	Rscript dev/fuzz.R

# And for developers. R CMD check must build as users do: with the crate's products in the package.
check: lint
	tar -c $(wildcard .Rbuildignore README.md tests vignettes) | tar -x -C $(COPY)
	cd $(BUILD) && unset CARGO_TARGET_DIR && R CMD build torchscript && \
		R CMD check --no-manual torchscript_*.tar.gz
	! grep -E '^Status:.*(ERROR|WARNING)' $(BUILD)/torchscript.Rcheck/00check.log

lint: $(BUILD)/tools install
	cd src/rust && cargo fmt --check
	clang-format --dry-run -Werror src/*.c src/loader/*.c src/rust/shim/*
	cd $(COPY)/src/rust && cargo clippy --release -- -D warnings

fmt: $(BUILD)/tools
	cd src/rust && cargo fmt
	clang-format -i src/*.c src/loader/*.c src/rust/shim/*

bench: install
	Rscript bench/run.R

docs: $(BUILD)/tools install
	Rscript -e 'roxygen2::roxygenise(load_code = "installed")'
	Rscript -e 'for (file in Sys.glob("vignettes/*.Rmd")) rmarkdown::render(file, output_dir = "$(BUILD)/vignettes")'

clean:
	./cleanup
	rm -rf $(BUILD)

# R and its packages, and what only developers need.
$(BUILD)/system: tools/system.sh DESCRIPTION
	tools/system.sh
	@mkdir -p $(BUILD) && touch $@

$(BUILD)/tools: tools/system.sh DESCRIPTION
	tools/system.sh developer
	@mkdir -p $(BUILD) && touch $@

# The copy keeps the times of the files, so that cargo and build.rs see what is stale. The stamp is
# as old as the start: what is edited meanwhile is built next time.
$(BUILD)/installed: $(BUILD)/system $(SOURCES)
	@rm -rf $(COPY) && mkdir -p $(COPY) && touch $(BUILD)/started
	@tar -c --exclude=target --exclude=.cargo --exclude='*.o' --exclude='*.so' $(PARTS) | tar -x -C $(COPY)
	@Rscript tools/install.R $(COPY) $@
	@touch -r $(BUILD)/started $@

.PHONY: install demo test check lint fmt bench docs clean
