//! A home on this machine: its folder, its lock and its catalog. A catalog that is missing or damaged is begun anew,
//! and recovery then fills it from the folder and the manifests.

use std::path::{Path, PathBuf};

use omnicraft_core::catalog::{self, Connection};
use omnicraft_core::change::Change;
use omnicraft_core::error::CatalogError;
use omnicraft_core::names;
use omnicraft_core::state::State;

use crate::error::{EngineError, Stop, shown};
use crate::perform::prepare_home;
use crate::ports::Ports;
use crate::ports::filesystem::{FileSystem, Lock};
use crate::sqlite::open::uri;

/// An open home. The lock ends with it.
pub(crate) struct Home {
    path: PathBuf,
    /// `None` for a view.
    lock: Option<Box<dyn Lock>>,
    /// `None` for a view of a home that has no catalog yet.
    catalog: Option<Connection>,
    /// The file layer of the catalog; `None` for the platform's own.
    vfs: Option<String>,
    /// What somebody should read about the catalog.
    warnings: Vec<String>,
}

impl Home {
    /// Makes a home where there is none.
    pub(crate) fn create(path: &Path, ports: &Ports) -> Result<Self, EngineError> {
        if is_home(path, &*ports.files)? {
            return Err(EngineError::AlreadyAHome(shown(path)));
        }
        ports.files.create_folder(path).map_err(|error| Stop::io("make the home", path, &error))?;
        Self::take(path, ports)
    }

    /// Takes the lock and opens the catalog.
    pub(crate) fn open(path: &Path, ports: &Ports) -> Result<Self, EngineError> {
        if !is_home(path, &*ports.files)? {
            return Err(EngineError::NotAHome(shown(path)));
        }
        Self::take(path, ports)
    }

    fn take(path: &Path, ports: &Ports) -> Result<Self, EngineError> {
        let files = &*ports.files;
        let path = absolute(path)?;
        prepare_home(&path, files)?;
        let lock_path = path.join(names::LOCK);
        let lock = files.lock(&lock_path).map_err(|error| Stop::io("lock the home", &lock_path, &error))?;
        let lock = lock.ok_or_else(|| EngineError::Locked(shown(&path)))?;
        let mut home =
            Self { path, lock: Some(lock), catalog: None, vfs: ports.sqlite.vfs.clone(), warnings: Vec::new() };
        home.open_catalog(files)?;
        Ok(home)
    }

    /// Opens the catalog beside whoever holds the lock.
    pub(crate) fn view(path: &Path, ports: &Ports) -> Result<Self, EngineError> {
        let files = &*ports.files;
        if !is_home(path, files)? {
            return Err(EngineError::NotAHome(shown(path)));
        }
        let mut home = Self {
            path: absolute(path)?,
            lock: None,
            catalog: None,
            vfs: ports.sqlite.vfs.clone(),
            warnings: Vec::new(),
        };
        if home.catalog_exists(files)? {
            home.catalog = Some(home.connect()?);
        }
        Ok(home)
    }

    fn catalog_path(&self) -> PathBuf {
        self.path.join(names::CATALOG)
    }

    fn catalog_exists(&self, files: &dyn FileSystem) -> Result<bool, Stop> {
        let path = self.catalog_path();
        let stamp = files.stamp(&path).map_err(|error| Stop::io("look at the catalog", &path, &error))?;
        Ok(stamp.is_some())
    }

    fn connect(&self) -> Result<Connection, CatalogError> {
        let vfs = self.vfs.as_ref().map(|vfs| format!("vfs={vfs}"));
        let parameters: Vec<&str> = ["mode=rw"].into_iter().chain(vfs.as_deref()).collect();
        catalog::connect(&uri(&self.catalog_path(), &parameters))
    }

    fn open_catalog(&mut self, files: &dyn FileSystem) -> Result<(), EngineError> {
        if !self.catalog_exists(files)? {
            return self.begin_catalog(files);
        }
        // SQLite's check tells of a page that the disk would not give as it tells of one that is bad. What the disk gives
        // at the second attempt is no damage; and a disk that gives nothing at all does not let the catalog be opened again.
        let tried = self.try_catalog().or_else(|error| match error {
            CatalogError::Damaged(_) => self.try_catalog(),
            CatalogError::Newer { .. } | CatalogError::Unavailable(_) => Err(error),
        });
        match tried {
            Ok(conn) => {
                self.catalog = Some(conn);
                Ok(())
            }
            Err(CatalogError::Damaged(reason)) => {
                let aside = self.set_catalog_aside(files)?;
                self.warnings.push(format!(
                    "the catalog was damaged ({reason}); it is kept as {} and has been rebuilt from the backups",
                    shown(&aside)
                ));
                self.begin_catalog(files)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// A catalog that prepares and loads is whole as far as the engine will read it.
    fn try_catalog(&self) -> Result<Connection, CatalogError> {
        let mut conn = self.connect()?;
        catalog::prepare(&mut conn)?;
        catalog::load(&mut conn)?;
        Ok(conn)
    }

    fn begin_catalog(&mut self, files: &dyn FileSystem) -> Result<(), EngineError> {
        let path = self.catalog_path();
        let failed = |error| Stop::io("begin the catalog", &path, &error);
        // Made here, so that it is readable by its owner alone.
        files.write_new(&path, &[]).map_err(failed)?;
        files.sync_folder(&self.path.join(names::BACKUPS)).map_err(failed)?;
        let mut conn = self.connect()?;
        catalog::prepare(&mut conn)?;
        self.catalog = Some(conn);
        Ok(())
    }

    /// The rollback journal belongs to the catalog: with another file it would be played back into that.
    fn set_catalog_aside(&self, files: &dyn FileSystem) -> Result<PathBuf, Stop> {
        let path = self.catalog_path();
        let failed = |error| Stop::io("set the damaged catalog aside", &path, &error);
        for number in 1.. {
            let aside = path.with_file_name(format!("catalog.damaged-{number}.db"));
            if files.stamp(&aside).map_err(failed)?.is_some() {
                continue;
            }
            let journal = path.with_file_name("catalog.db-journal");
            if files.stamp(&journal).map_err(failed)?.is_some() {
                files.rename(&journal, &aside.with_extension("db-journal")).map_err(failed)?;
            }
            files.rename(&path, &aside).map_err(failed)?;
            files.sync_folder(&self.path.join(names::BACKUPS)).map_err(failed)?;
            return Ok(aside);
        }
        Ok(path)
    }

    /// What the catalog holds.
    pub(crate) fn load(&mut self) -> Result<State, EngineError> {
        match &mut self.catalog {
            Some(conn) => Ok(catalog::load(conn)?),
            None => Ok(State::default()),
        }
    }

    /// Makes changes durable, all or none.
    pub(crate) fn record(&mut self, changes: &[Change]) -> Result<(), EngineError> {
        match (&self.lock, &mut self.catalog) {
            (Some(_), Some(conn)) => Ok(catalog::record(conn, changes)?),
            _ => Err(EngineError::ViewOnly(shown(&self.path))),
        }
    }

    /// Whether this is more than a view.
    pub(crate) const fn is_locked(&self) -> bool {
        self.lock.is_some()
    }

    /// The home's folder, absolute.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// What somebody should read about the catalog, once.
    pub(crate) fn take_warnings(&mut self) -> Vec<String> {
        std::mem::take(&mut self.warnings)
    }
}

fn is_home(path: &Path, files: &dyn FileSystem) -> Result<bool, Stop> {
    let exists = |name: &str| {
        let path = path.join(name);
        files.stamp(&path).map_err(|error| Stop::io("look for the home", &path, &error)).map(|stamp| stamp.is_some())
    };
    // Not the folder `backups` alone: somebody may have one of his own.
    Ok(exists(names::REGISTRY)? || exists(names::CATALOG)? || exists(names::LOCK)?)
}

fn absolute(path: &Path) -> Result<PathBuf, Stop> {
    std::path::absolute(path).map_err(|error| Stop::io("find the home", path, &error))
}
